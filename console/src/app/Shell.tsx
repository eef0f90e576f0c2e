/** The frame around every desk: name, areas, language, theme, who is signed in. */

import { Component, lazy, type ReactElement, type ReactNode, Suspense, useEffect, useRef, useState } from "react";
import { Link, Redirect, Route, Switch, useLocation } from "wouter";
import { Problem } from "../api/problem";
import { Button } from "../parts/form";
import { Icon } from "../parts/Icon";
import { Page as PageFrame } from "../parts/Page";
import { ProblemBox } from "../parts/ProblemBox";
import { LANGUAGES, type Language, language, speak, useWords, wordsOf } from "../words";
import { Freshness } from "./Freshness";
import { GlassBanner } from "./GlassBanner";
import { guided } from "./guide";
import { askForHelp, helpAsked, useHelpKey } from "./help";
import { DESKS, type Desk } from "./routes";
import { signOut, useMay, useOfficer } from "./session";
import { useStore } from "./store";

const Help = lazy(async () => (await Promise.all([import("../help/Help"), wordsOf("help")]))[0]);

/** Header, the banner of a demonstration, and the desk that the address names. */
export function Shell(): ReactElement {
  const t = useWords();
  const may = useMay();
  const { demo } = useOfficer();
  const [problem, setProblem] = useState<Problem | null>(null);
  const desks = DESKS.filter(({ action }) => action === null || may(action));
  const asked = useStore(helpAsked);
  useHelpKey();
  const leave = () => signOut().catch((refusal: Problem) => setProblem(refusal));
  return (
    <>
      <a className="skip" href="#main">
        {t("shell.skip")}
      </a>
      <Header desks={desks} leave={leave} />
      {demo && <DemoBanner>{may("decide") && <WalkButton />}</DemoBanner>}
      <GlassBanner />
      <Main>
        {problem && <ProblemBox problem={problem} />}
        <Suspense fallback={<p className="empty">{t("page.busy")}</p>}>
          <Switch>
            {desks.map(({ path, Page }) => (
              <Route key={path} path={path} nest>
                <Page />
              </Route>
            ))}
            <Route path="/">{desks[0]?.listed ? <Redirect to={desks[0].path} replace /> : <Nothing />}</Route>
            <Route>
              <PageFrame title={t("page.unknown")}>{null}</PageFrame>
            </Route>
          </Switch>
        </Suspense>
      </Main>
      <Freshness />
      {asked && (
        <Suspense>
          <Help asked={asked} />
        </Suspense>
      )}
    </>
  );
}

/** The word that nothing here is real, on every page of a demonstration. */
export function DemoBanner({ children }: { children?: ReactNode }): ReactElement {
  const t = useWords();
  return (
    <aside className="demo">
      <Icon sign="notice" />
      {t("shell.demo")}
      {children}
    </aside>
  );
}

/** Begins the guided walk, at the first line. */
function WalkButton(): ReactElement {
  const t = useWords();
  const [, navigate] = useLocation();
  const begin = () => {
    guided.value = true;
    navigate("/first-line");
  };
  return (
    <Button look="small" onPress={begin}>
      {t("shell.guide")}
    </Button>
  );
}

const Nothing = (): ReactElement => <p className="empty">{useWords()("shell.nothingAllowed")}</p>;

/** The focus goes to the page when another desk is opened, so that the keyboard goes on from there. */
function Main({ children }: { children: ReactNode }): ReactElement {
  const [path] = useLocation();
  const main = useRef<HTMLElement>(null);
  const area = path.split("/")[1] || "start";
  const shown = useRef(area);
  useEffect(() => {
    if (shown.current !== area) main.current?.focus();
    shown.current = area;
  }, [area]);
  return (
    <main id="main" ref={main} className={`page page-${area}`} tabIndex={-1}>
      <Caught key={area}>{children}</Caught>
    </main>
  );
}

/** Keeps the frame standing when a page breaks: the officer can go elsewhere, or load the console anew. */
class Caught extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render(): ReactNode {
    return this.state.error ? <Broken error={this.state.error} /> : this.props.children;
  }
}

function Broken({ error }: { error: Error }): ReactElement {
  const t = useWords();
  return (
    <ProblemBox problem={new Problem({ type: "console-broken", detail: error.message })}>
      <Button onPress={() => location.reload()}>{t("problem.reload")}</Button>
    </ProblemBox>
  );
}

function Header({ desks, leave }: { desks: Desk[]; leave: () => void }): ReactElement {
  const t = useWords();
  const { display_name, username } = useOfficer();
  const [path] = useLocation();
  const current = (to: string) => (path === to || path.startsWith(`${to}/`) ? "page" : undefined);
  return (
    <header className="shell">
      <div className="brand">
        <img src="/icon.svg" alt="" width={26} height={26} />
        <span>{t("product.name")}</span>
      </div>
      <nav aria-label={t("shell.areas")}>
        {desks
          .filter(({ listed }) => listed)
          .map(({ path: to, title }) => (
            <Link key={to} href={to} aria-current={current(to)}>
              {t(title)}
            </Link>
          ))}
      </nav>
      <div className="spring" />
      <LanguageChoice />
      <Button look="plain" className="ask" onPress={() => askForHelp()} aria-label={t("shell.help")}>
        <Icon sign="question" />
      </Button>
      <Link className="who" href="/account" aria-current={current("/account")} title={t("shell.account")}>
        <Icon sign="person" />
        <bdi>{display_name || username}</bdi>
      </Link>
      <Button look="plain" className="leave" onPress={leave} aria-label={t("shell.signOut")}>
        <Icon sign="leave" />
      </Button>
    </header>
  );
}

/** The choice of language, which changes the page at once. */
export function LanguageChoice(): ReactElement {
  const t = useWords();
  return (
    <select
      id="language"
      aria-label={t("language.choose")}
      value={language()}
      onChange={({ target }) => speak(target.value as Language)}
    >
      {Object.entries(LANGUAGES).map(([code, name]) => (
        <option key={code} value={code} lang={code}>
          {name}
        </option>
      ))}
    </select>
  );
}
