import "./wave/mini-wave";
import "./home/row-player";
