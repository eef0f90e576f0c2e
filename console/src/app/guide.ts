/** Whether the guided walk of a demonstration lies on the first line. Its sources come when somebody begins it. */

import { Store } from "./store";

export const guided = new Store(false);
