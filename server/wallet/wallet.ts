import type { Batcher } from '../lib/batcher.ts';
import { deciding } from '../lib/decide.ts';
import type { Outcome } from '../lib/outcome.ts';
import type { ChargeItem, WalletEntry, WalletStore, WalletView } from './store.ts';

export interface EntriesPage {
  items: WalletEntry[];
  nextCursor: string | null;
}

/** A user's money: the balance is always the sum of the ledger's entries and never below 0. */
export class Wallets {
  readonly #store: WalletStore;
  readonly #committed: () => void;
  readonly #charging: Batcher<ChargeItem, Outcome<WalletView>>;

  constructor(store: WalletStore, committed: () => void) {
    this.#store = store;
    this.#committed = committed;
    this.#charging = deciding((items: ChargeItem[]) => store.charge(items), store.inTurn);
  }

  /** Opens the wallet of a new user. */
  async balance(userId: string): Promise<WalletView> {
    return { userId, balance: await this.#store.balance(userId) };
  }

  /** Newest first. `before` is the entryId that a page's `nextCursor` named. */
  async entries(userId: string, page: { limit: number; before?: number | undefined }): Promise<EntriesPage> {
    const read = () => this.#store.entries(userId, { ...page, limit: page.limit + 1 });
    let items = await read();
    // Either the end of the ledger, or nobody has opened this wallet yet.
    if (items.length === 0) {
      await this.#store.balance(userId);
      items = await read();
    }
    const more = items.length > page.limit;
    if (more) items.pop();
    return { items, nextCursor: more ? String(items.at(-1)?.entryId) : null };
  }

  /** Whether who comes now to charge would wait too long. */
  readonly full = () => this.#charging.isFull();

  async charge(item: ChargeItem): Promise<Outcome<WalletView>> {
    const outcome = await this.#charging.add(item);
    if (outcome.ok && !outcome.replayed) this.#committed();
    return outcome;
  }

  /** Gives users money for a reason, each once however often it is asked for. Answers who got it by this call. */
  async credit(userIds: readonly string[], amount: number, reference: string): Promise<string[]> {
    const credited = await this.#store.credit(userIds, amount, reference);
    if (credited.length > 0) this.#committed();
    return credited;
  }
}
