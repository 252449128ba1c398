import "./wave/pitch-wave";
import "./transcript/pitch-transcript";
import "./player/pitch-player";
import "./player/delete-pitch";
