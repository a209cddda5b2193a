/** A scene that the local server refuses until the user allows it. */
import { useEffect, useState } from "react";
import { ask } from "../ask";

const ADDRESS = "/api/script/refused";

interface Refused {
  readonly scene_num: number | null;
}

/** `scene` is undefined where the server cannot be told. */
export function useRefused(): { scene: number | null | undefined; refuse: (scene: number | null) => void } {
  const [scene, setScene] = useState<number | null>();
  useEffect(() => {
    const leaving = new AbortController();
    ask<Refused>(ADDRESS, { signal: leaving.signal }).then(
      ({ scene_num }) => setScene(scene_num),
      () => {},
    );
    return () => leaving.abort();
  }, []);
  const refuse = (scene_num: number | null): void => {
    ask<Refused>(ADDRESS, { method: "PUT", body: { scene_num } }).then(
      (now) => setScene(now.scene_num),
      () => setScene(undefined),
    );
  };
  return { scene, refuse };
}
