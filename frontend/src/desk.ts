import "./live/heard-wave";
import "./wave/pitch-wave";
import "./desk/judges-progress";
import "./desk/pitch-desk";
