/** Help over any page: keys, what findings and warnings mean, what to do when the link is away, paper. */

import "./help.css";
import { type ReactElement, useState } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { type HelpAsked, helpAsked } from "../app/help";
import { Dialog } from "../parts/Dialog";
import { useWords } from "../words";
import { Keys } from "./Keys";
import { Meanings } from "./Meanings";
import { Steps, Warnings } from "./Sections";

const SECTIONS = ["keys", "findings", "reading", "link", "paper"] as const;

export default function Help({ asked }: { asked: HelpAsked }): ReactElement {
  const t = useWords();
  const [section, show] = useState<string>(asked.rule ? "findings" : "keys");
  return (
    <Dialog title={t("help.title")} className="help" wide close={() => (helpAsked.value = null)}>
      <Tabs className="help-tabs" selectedKey={section} onSelectionChange={(key) => show(String(key))}>
        <TabList className="help-list" aria-label={t("help.sections")}>
          {SECTIONS.map((name) => (
            <Tab key={name} id={name} className="help-tab">
              {t(`help.section.${name}`)}
            </Tab>
          ))}
        </TabList>
        <TabPanel id="keys" className="help-panel">
          <Keys />
        </TabPanel>
        <TabPanel id="findings" className="help-panel">
          <Meanings wanted={asked.rule} />
        </TabPanel>
        <TabPanel id="reading" className="help-panel">
          <Warnings />
        </TabPanel>
        <TabPanel id="link" className="help-panel">
          <Steps of="link" count={5} />
        </TabPanel>
        <TabPanel id="paper" className="help-panel">
          <Steps of="paper" count={6} />
        </TabPanel>
      </Tabs>
    </Dialog>
  );
}
