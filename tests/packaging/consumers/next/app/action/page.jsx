"use client";

import { useEffect, useState } from "react";
import { exerciseInAction } from "./actions.js";

export default function Page() {
  const [result, setResult] = useState("");
  useEffect(() => {
    exerciseInAction().then((value) => setResult(JSON.stringify(value)));
  }, []);
  return <pre id="result">{result}</pre>;
}
