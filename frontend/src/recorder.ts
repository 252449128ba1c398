import "./recorder/level-meter";
import "./recorder/live-wave";
import "./recovery/waiting-wave";
import "./recorder/pitch-recorder";
