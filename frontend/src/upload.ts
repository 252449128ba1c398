import "./upload/pitch-upload";
