/** A scene that the local server refuses until the user allows it. */
import { useEffect, useState } from "react";
import { ask } from "../ask";

interface Refused {
  readonly scene_num: number | null;
}

const PATH = "/api/script/refused";

/** `scene` is undefined where the server cannot be told. */
export function useRefused(): { scene: number | null | undefined; refuse: (scene: number | null) => void } {
  const [scene, setScene] = useState<number | null>();
  useEffect(() => {
    const leaving = new AbortController();
    ask<Refused>(PATH, { signal: leaving.signal }).then(
      ({ scene_num }) => setScene(scene_num),
      () => {},
    );
    return () => leaving.abort();
  }, []);
  const refuse = (scene_num: number | null): void => {
    ask<Refused>(PATH, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ scene_num }),
    }).then(
      (now) => setScene(now.scene_num),
      () => setScene(undefined),
    );
  };
  return { scene, refuse };
}
