import "./styles/fonts.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/shell.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { beginWithTheme } from "./app/theme";
import { beginToSpeak } from "./words";

const root = document.getElementById("console");
if (!root) throw new Error("the page has no place for the console");
beginWithTheme();
await beginToSpeak();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
