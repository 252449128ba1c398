// One of two finalists that are compared: it is heard here, and answered with a form that needs no script.
import { given } from "../common/parts";
import { Listening } from "./listening";

class FinalPitch extends HTMLElement {
  connectedCallback(): void {
    const duration = Number.parseFloat(given(this, "duration"));
    new Listening(this).open({
      session_id: given(this, "session"),
      duration: Number.isFinite(duration) ? duration : null,
      status: "completed",
      has_audio: given(this, "audio") !== "",
    });
  }
}

customElements.define("final-pitch", FinalPitch);
