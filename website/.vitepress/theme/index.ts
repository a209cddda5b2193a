// The default theme, and the live examples.

import DefaultTheme from "vitepress/theme";
import { defineComponent, h, onBeforeUnmount, onMounted, ref } from "vue";
import "./live.css";

/** Shows an example of ../../live/. It is loaded in the browser alone. */
const Live = defineComponent({
  props: { name: { type: String, required: true } },
  setup({ name }) {
    const host = ref<HTMLElement>();
    let end: (() => void) | undefined;
    let isOver = false;
    onMounted(async () => {
      const { show } = await import("../../live/index");
      if (host.value && !isOver) end = await show(host.value, name);
    });
    onBeforeUnmount(() => {
      isOver = true;
      end?.();
    });
    return () => h("div", { class: "live", "data-live": name }, h("div", { ref: host }, "Loading the example …"));
  },
});

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component("Live", Live);
  },
} satisfies typeof DefaultTheme;
