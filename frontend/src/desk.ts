import "./live/heard-wave";
import "./wave/pitch-wave";
import "./desk/pitch-desk";
