import assert from "node:assert/strict";
import { test } from "node:test";
import { Credits, createAccount } from "./credits.mjs";

test("what is charged and refunded is deducted from the balance, at once or by finalize", () => {
  const credits = new Credits(100);
  const [bill, spot] = [createAccount(), { ...createAccount(), finalized: true }];
  credits.charge(bill, 10);
  credits.charge(spot, 5);
  assert.deepEqual([credits.balance, credits.owed, credits.used], [95, 10, 15]);
  assert.equal(credits.refund(bill, 4), 4);
  assert.equal(credits.refund(spot, 5), 5);
  assert.deepEqual([credits.balance, credits.owed, credits.used], [100, 6, 6]);
  assert.equal(credits.finalize(bill), 6);
  assert.deepEqual([credits.balance, credits.owed, credits.used], [94, 0, 6]);
});

test("a refund of a charge from before a reset changes the account, not the new balance", () => {
  const credits = new Credits(100);
  const account = { ...createAccount(), finalized: true };
  credits.charge(account, 10);
  credits.reset(50);
  assert.equal(credits.refund(account, 10), 0);
  assert.deepEqual([credits.balance, credits.used, account.billed], [50, 0, 0]);
});
