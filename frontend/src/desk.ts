import "./wave/pitch-wave";
import "./desk/pitch-desk";
