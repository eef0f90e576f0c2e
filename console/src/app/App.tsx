import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactElement, useEffect, useState } from "react";
import { I18nProvider, RouterProvider } from "react-aria-components";
import { useLocation } from "wouter";
import { Problem } from "../api/problem";
import { Announcements } from "../parts/announce";
import { Button } from "../parts/form";
import { ProblemBox } from "../parts/ProblemBox";
import { isRightToLeft, language, useWords } from "../words";
import { resumeGlasses } from "./glass";
import { kept } from "./kept";
import { Shell } from "./Shell";
import { AskAgain, SignIn } from "./SignIn";
import { keepSession, resume, settled, useSession } from "./session";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // A refusal stands; only what did not arrive is asked for again.
      retry: (failures, error) => failures < 2 && error instanceof Problem && error.unsettled,
      staleTime: 5_000,
    },
  },
});

/** The console: signing in, and behind it the frame with its desks. */
export function App(): ReactElement {
  const t = useWords();
  const [, navigate] = useLocation();
  return (
    <I18nProvider locale={isRightToLeft() ? `${language()}-u-nu-latn-ca-gregory` : "en-GB"}>
      <RouterProvider navigate={navigate}>
        <QueryClientProvider client={queries}>
          <Announcements />
          <Gate title={t("product.name")} />
        </QueryClientProvider>
      </RouterProvider>
    </I18nProvider>
  );
}

type Begun = "not yet" | "begun" | Problem;

function Gate({ title }: { title: string }): ReactElement | null {
  const { session, before, asking } = useSession();
  const [begun, setBegun] = useState<Begun>("not yet");
  const [inside, setInside] = useState(false);
  const [refused] = useState(cameBack);
  useEffect(() => {
    document.title = title;
    resume().then(
      () => setBegun("begun"),
      (problem) => setBegun(problem),
    );
  }, [title]);
  useLanguageOfAnswers();
  const enters = begun === "begun" && settled(session);
  useEffect(() => {
    if (!enters) return;
    keepSession();
    resumeGlasses();
    setInside(true);
  }, [enters]);
  if (begun instanceof Problem) return <Unreached problem={begun} />;
  if (begun === "not yet") return null;
  if (!(inside && before)) return <SignIn refused={refused} />;
  return (
    <>
      <Shell />
      {asking && <AskAgain />}
    </>
  );
}

/** What the service words is asked for anew in another language. */
function useLanguageOfAnswers(): void {
  useWords();
  const spoken = language();
  useEffect(() => {
    document.documentElement.lang = spoken;
    queries.invalidateQueries();
  }, [spoken]);
}

function Unreached({ problem }: { problem: Problem }): ReactElement {
  const t = useWords();
  return (
    <main className="sign-in">
      <ProblemBox problem={problem}>
        <Button onPress={() => location.reload()}>{t("problem.again")}</Button>
      </ProblemBox>
    </main>
  );
}

/** What the way through the identity provider came to stands in the address; it is read once. */
function cameBack(): Problem | null {
  const [where, kind] = location.hash.replace(/^#\/?/, "").split("/");
  if (where === "signed-in") kept.signedIn = true;
  else if (where !== "refused") return null;
  history.replaceState(null, "", "/");
  return where === "refused" ? new Problem({ type: kind ?? "", status: 403 }) : null;
}
