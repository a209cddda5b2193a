import { HttpError } from "./http.mjs";

/**
 * The debts and payments of one project.
 * @typedef {object} Account
 * @property {number} owed   charged, not yet deducted
 * @property {number} billed deducted by finalize
 * @property {boolean} finalized
 */

/** @returns {Account} */
export const createAccount = () => ({ owed: 0, billed: 0, finalized: false });

/**
 * The visitor's credits. A piece is charged to its project when its work is accepted; finalize deducts what the project
 * owes from the balance. As in the real system finalize has no memory: asked twice without a key, it deducts twice.
 */
export class Credits {
  #balance;
  #used = 0;
  #doubleCharges = 0;
  /** @type {Set<Account>} */
  #owing = new Set();
  /** Credits charged to each account since the last reset. @type {WeakMap<Account, number>} */
  #charged = new WeakMap();

  /** @param {number} balance */
  constructor(balance) {
    this.#balance = balance;
  }

  get balance() {
    return this.#balance;
  }

  get used() {
    return this.#used;
  }

  get doubleCharges() {
    return this.#doubleCharges;
  }

  get owed() {
    let sum = 0;
    for (const account of this.#owing) sum += account.owed;
    return sum;
  }

  /** @param {number} required */
  require(required) {
    const available = this.#balance - this.owed;
    if (required <= available) return;
    throw new HttpError(402, `This takes ${required} credits, ${available} are left`, {
      code: "INSUFFICIENT_CREDITS",
      creditsRequired: required,
      creditsBalance: available,
    });
  }

  /**
   * @param {Account} account
   * @param {number} amount
   */
  charge(account, amount) {
    this.#used += amount;
    this.#charged.set(account, (this.#charged.get(account) ?? 0) + amount);
    if (account.finalized) {
      // The bill of the story is closed, so a later charge is deducted at once.
      this.#balance -= amount;
      account.billed += amount;
    } else {
      account.owed += amount;
      this.#owing.add(account);
    }
  }

  /**
   * Gives back credits for work that failed. A charge from before a reset was written off with it.
   * @param {Account} account
   * @param {number} amount
   * @returns {number} the credits that the balance got back
   */
  refund(account, amount) {
    const refunded = Math.min(amount, this.#charged.get(account) ?? 0);
    this.charge(account, -refunded);
    account[account.finalized ? "billed" : "owed"] -= amount - refunded;
    return refunded;
  }

  /** @param {Account} account */
  nextBill(account) {
    return account.finalized ? account.billed : account.owed;
  }

  /**
   * @param {Account} account
   * @returns {number} the credits that were deducted
   */
  finalize(account) {
    const bill = this.nextBill(account);
    this.#balance -= bill;
    if (account.finalized) {
      this.#used += bill;
      this.#doubleCharges += 1;
    } else {
      account.billed = bill;
    }
    account.owed = 0;
    account.finalized = true;
    this.#owing.delete(account);
    return bill;
  }

  /** @param {number | undefined} balance a new balance also writes off what abandoned projects owe */
  reset(balance) {
    this.#used = 0;
    this.#doubleCharges = 0;
    this.#charged = new WeakMap();
    if (balance === undefined) return;
    this.#balance = balance;
    for (const account of this.#owing) account.owed = 0;
    this.#owing.clear();
  }
}
