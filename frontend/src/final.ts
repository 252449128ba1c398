import "./wave/pitch-wave";
import "./judge/final-pitch";
