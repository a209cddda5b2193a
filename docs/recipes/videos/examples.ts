import lighthouse from "./examples/lighthouse_3x3_test.yaml?raw";
import parallel from "./examples/love_story_parallel_test.yaml?raw";
import serial from "./examples/love_story_serial_test.yaml?raw";

export const examples = [
  { id: "parallel", title: "Love story: 2x2, concurrency 4", yaml: parallel },
  { id: "serial", title: "Love story: 2x2, concurrency 1", yaml: serial },
  { id: "nine", title: "Lighthouse: 3x3, concurrency 4", yaml: lighthouse },
] as const;
