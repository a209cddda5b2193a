import lighthouse from "./examples/lighthouse_3x3_test.yaml?raw";
import parallel from "./examples/love_story_parallel_test.yaml?raw";
import serial from "./examples/love_story_serial_test.yaml?raw";

export const examples = [
  { id: "parallel", title: "Love story: 2x2, four at once", yaml: parallel },
  { id: "serial", title: "Love story: 2x2, one after the other", yaml: serial },
  { id: "nine", title: "Lighthouse: 3x3, four at once", yaml: lighthouse },
] as const;
