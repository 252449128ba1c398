import "./organizer/copy-link";
import "./organizer/print-page";
import { fillZones } from "./organizer/zone";

fillZones(document);
