import "./standings/pitch-standings";
import "./wave/mini-wave";
