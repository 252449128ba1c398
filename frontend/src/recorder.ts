import "./recorder/level-meter";
import "./recorder/live-wave";
import "./recorder/pitch-recorder";
