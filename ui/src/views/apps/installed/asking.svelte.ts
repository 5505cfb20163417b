import { ApiError } from '../../../lib/backend/backend';
import { sentences } from '../../../lib/format';

/** What a dialog was told to do; where it is refused the dialog stays, and says why. */
export class Asking {
  failed = $state<string | null>(null);

  async go(deed: () => Promise<void>): Promise<void> {
    this.failed = null;
    try {
      await deed();
    } catch (thrown) {
      const error = ApiError.from(thrown);
      this.failed = sentences(error.message, error.hint);
    }
  }
}
