import "./wave/mini-wave";
import "./home/row-player";
import "./recovery/waiting-wave";
import "./recovery/waiting-recordings";
