import "./wave/pitch-wave";
import "./transcript/pace-plot";
import "./transcript/pitch-transcript";
import "./advice/pitch-advice";
import "./player/pitch-player";
import "./player/delete-pitch";
