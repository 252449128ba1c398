import "./room/room-screen";
import "./wave/mini-wave";
