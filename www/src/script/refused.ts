/** A scene that the local server refuses until the user allows it. */
import { useState } from "react";
import { useLoaded } from "../hooks";
import { ask } from "../store";

interface Refused {
  readonly scene_num: number | null;
}

const PATH = "/api/script/refused";

/** `scene` is undefined where the server cannot be told. */
export function useRefused(): { scene: number | null | undefined; refuse: (scene: number | null) => void } {
  const { value: found } = useLoaded((signal) => ask<Refused>(PATH, { signal }), []);
  /** `null` when the server could not be told. */
  const [told, setTold] = useState<Refused | null>();
  const refuse = (scene_num: number | null): void => {
    ask<Refused>(PATH, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ scene_num }),
    }).then(setTold, () => setTold(null));
  };
  const now = told === undefined ? found : told;
  return { scene: now?.scene_num, refuse };
}
