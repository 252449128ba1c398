import "./common/theme-switch";
import { localiseTimes } from "./common/local-time";

localiseTimes(document);
