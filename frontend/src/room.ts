import "./live/heard-wave";
import "./room/room-screen";
import "./wave/mini-wave";
