import { index, route } from "@react-router/dev/routes";

export default [index("routes/loaded.jsx"), route("client", "routes/client.jsx"), route("api", "routes/api.js")];
