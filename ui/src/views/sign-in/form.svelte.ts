import { ApiError } from '../../lib/backend/backend';

/** One form that is sent once at a time and shows why it failed. */
export class Form {
  /** Whether it was sent at least once: from then on missing parts are shown. */
  tried = $state(false);
  busy = $state(false);
  error = $state.raw<ApiError | null>(null);

  /** Sends it if it is complete; a failure stays until the next try. */
  async send(complete: boolean, work: () => Promise<void>): Promise<void> {
    this.tried = true;
    if (!complete || this.busy) return;
    this.busy = true;
    this.error = null;
    try {
      await work();
    } catch (thrown) {
      this.error = ApiError.from(thrown);
    } finally {
      this.busy = false;
    }
  }
}
