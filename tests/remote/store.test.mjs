import { memoryStore } from "../../dist/server.js";
import { storeContract } from "./store-contract.mjs";

storeContract("memoryStore", async () => {
  const store = memoryStore();
  return { stores: [store, store] };
});
