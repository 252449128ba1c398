import "./room/room-screen";
