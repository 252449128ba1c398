import "./wave/pitch-wave";
import "./player/pitch-player";
import "./player/delete-pitch";
