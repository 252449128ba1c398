import "./wave/pitch-wave";
import "./judge/judge-page";
