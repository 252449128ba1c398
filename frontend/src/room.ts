import "./live/heard-wave";
import "./room/room-screen";
