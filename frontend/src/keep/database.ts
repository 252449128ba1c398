// What is known of recordings on this device, and their bytes where files will not do.
import { database } from "../common/database";

export const { all, drop, get, keys, put } = database<"recordings" | "pieces">("pitchscoop", ["recordings", "pieces"]);
