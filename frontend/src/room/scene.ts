// What the room is shown: the one who is being recorded, else the one on stage, else the one who is next.
import { clock } from "../common/format";
import type { Live } from "../live/under-way";
import { countdown, type Slot, type Stage } from "../stage/slots";

export interface Scene {
  state: "recording" | "silent" | "stage" | "between";
  lamp: string;
  team: string;
  title: string;
  say: string;
  /** Empty: there is nothing to count. */
  clock: string;
  of: string;
  over: boolean;
  /** Of the limit, 0 to 1. */
  share: number;
  next: readonly Slot[];
}

export type Hour = (moment: number) => string;

const SHOWN = 3; // of those who are next
const FAR = 3600; // s; a slot further away is named by its hour only

const EMPTY = { say: "", clock: "", of: "", over: false, share: 0 };

/** `elapsed` are the seconds of the recording, `now` is the server's time in milliseconds. */
export function scene(event: string, live: Live | null, elapsed: number, stage: Stage, now: number, hour: Hour): Scene {
  if (live !== null) return recording(live, elapsed, stage.next.slice(0, SHOWN));
  if (stage.now !== null) return onStage(stage.now, stage, now, hour);
  const [following, ...rest] = stage.next;
  const say = "The next pitch shows here the moment its team begins.";
  if (following === undefined) return { ...EMPTY, ...between, team: "", title: event, say, next: [] };
  return { ...between, ...coming(following, now, hour), next: rest.slice(0, SHOWN) };
}

const between = { state: "between", lamp: "Nobody is recording" } as const;

function recording(live: Live, elapsed: number, next: readonly Slot[]): Scene {
  const left = live.limit - elapsed;
  return {
    state: live.silent === null ? "recording" : "silent",
    lamp: live.silent === null ? "Recording" : "No sound",
    team: live.team,
    title: live.title,
    say: "",
    clock: countdown(left),
    of: left >= 0 ? `left of ${clock(live.limit)}` : `over ${clock(live.limit)}`,
    over: left < 0,
    share: Math.min(1, elapsed / live.limit),
    next,
  };
}

function onStage(slot: Slot, stage: Stage, now: number, hour: Hour): Scene {
  const shared = { state: "stage", lamp: "Not recording yet", team: "On stage", title: slot.team } as const;
  const next = stage.next.slice(0, SHOWN);
  if (slot.ends === null) return { ...EMPTY, ...shared, next };
  const left = (slot.ends - now) / 1000;
  return {
    ...shared,
    say: "",
    clock: countdown(left),
    of: `${left >= 0 ? "left" : "over"}, until ${hour(slot.ends)}`,
    over: left < 0,
    share: Math.min(1, Math.max(0, 1 - left / stage.slot)),
    next,
  };
}

function coming(slot: Slot, now: number, hour: Hour): Omit<Scene, "state" | "lamp" | "next"> {
  const shared = { ...EMPTY, team: "Next", title: slot.team };
  if (slot.begins === null) return shared;
  const left = (slot.begins - now) / 1000;
  if (left > FAR) return { ...shared, say: `At ${hour(slot.begins)}.` };
  return { ...shared, clock: clock(Math.ceil(Math.max(0, left))), of: `to ${hour(slot.begins)}` };
}
