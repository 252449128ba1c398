// The recorder's error block: what is told, and what can be done about it.
import { clock } from "../common/format";
import { given } from "../common/parts";
import { openPage } from "../common/pitch-page";
import { takeToken } from "../common/token";
import { type Action, showTrouble } from "../common/trouble";
import { Claim } from "../keep/claim";
import type { Take } from "./take";
import { elsewhereTrouble, type Trouble, unansweredTrouble } from "./words";

/** `rest`: a recording that is over, of which the server may lack something. */
export async function tell(root: HTMLElement, trouble: Trouble, rest: Take | null, again: () => void): Promise<void> {
  const actions: Action[] = [];
  if (trouble.action === "again") actions.push({ label: "Try again", to: again });
  if (trouble.action === "take") actions.push({ label: "Record here", to: again });
  if (trouble.action === "reload") actions.push({ label: "Record here", to: () => location.reload() });
  if (trouble.action === "open") {
    const token = takeToken(given(root, "session"));
    const to = (): void => void openPage(given(root, "details"), token, given(root, "page"));
    actions.push({ label: "Open the pitch", to });
  }
  // Where the device does not give it back now, the recovery card has it later.
  if (rest !== null && rest.here > 0) actions.push(...(await saving(rest).catch(() => [])));
  showTrouble(root, trouble.head, trouble.words, trouble.code, actions);
}

/** Another tab records this session: says so until it does no longer. */
export async function elsewhere(root: HTMLElement, session: string, free: () => Promise<void>): Promise<void> {
  await Claim.watch(session, (doing) => {
    void tell(root, elsewhereTrouble(doing), null, () => void Claim.wrest(session));
  });
  await free();
}

/** The device does not say whether it has an earlier recording of this session. */
export function unanswered(root: HTMLElement, again: () => void, without: () => void): void {
  const { head, words, code } = unansweredTrouble();
  const actions = [
    { label: "Try again", to: again },
    { label: "Record without it", to: without },
  ];
  showTrouble(root, head, words, code, actions);
}

async function saving(rest: Take): Promise<Action[]> {
  const to = URL.createObjectURL(await rest.rest());
  return [{ label: `Save the last ${clock(rest.here)} as a file`, to, save: fileName(rest.about.team, rest.stored) }];
}

/** A name that file systems take. */
export const fileName = (team: string, from: number): string =>
  `${team}, from ${clock(from)}.wav`.replace(/[:/\\<>"|?*]/g, ".");
