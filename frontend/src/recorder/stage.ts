// What the page shows at each stage of a recording.
import { part, say, setIcon } from "../common/parts";

export type Stage = "before" | "greeted" | "recording" | "paused" | "ending" | "over";

/** `open`: the microphone is. */
export function showStage(root: HTMLElement, stage: Stage, open: boolean): void {
  const taking = stage === "recording" || stage === "paused";
  const show = (name: string, yes: boolean): void => {
    part(root, name).hidden = !yes;
  };
  show("before", !taking && stage !== "ending");
  show("greeting", stage === "greeted");
  show("limit-line", stage === "before");
  show("choice", stage === "before");
  show("take", taking);
  show("after", stage === "ending");
  show("dock", stage === "before" || taking);
  show("before-buttons", stage === "before");
  show("take-buttons", taking);
  say(part(root, "test-word"), open ? "Close" : "Test");
  say(part(root, "pause-word"), stage === "paused" ? "Continue" : "Pause");
  setIcon(part(root, "pause"), stage === "paused" ? "record" : "pause");
}
