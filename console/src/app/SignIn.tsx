/** Signing in, step by step: the password, a passkey, what is still to be set; and unlocking over the page. */

import { type ReactElement, type ReactNode, useEffect, useRef, useState } from "react";
import { Problem } from "../api/problem";
import { useRefused } from "../firstline/capture";
import { say } from "../parts/announce";
import { Dialog } from "../parts/Dialog";
import { Button, Deed, Field, given } from "../parts/form";
import { Icon } from "../parts/Icon";
import { ProblemBox } from "../parts/ProblemBox";
import { useWords } from "../words";
import { DemoBanner, LanguageChoice } from "./Shell";
import { enrol, forget, presentPasskey, replacePassword, signIn, signOut, unlock, useSession, waysIn } from "./session";

/** The page to sign in on; `refused` is what the identity provider sent the browser back with. */
export function SignIn({ refused }: { refused: Problem | null }): ReactElement {
  const t = useWords();
  return (
    <main className="sign-in">
      {waysIn().demo && <DemoBanner />}
      <div className="sign-in-card">
        <div className="brand brand-large">
          <img src="/icon.svg" alt="" width={40} height={40} />
          <h1>{t("product.name")}</h1>
        </div>
        <p className="quiet">{t("product.purpose")}</p>
        {refused && <ProblemBox problem={refused} />}
        <Steps />
      </div>
      <div className="sign-in-language">
        <LanguageChoice />
      </div>
    </main>
  );
}

/** Asks over the page, whose case stays as it is, until the session counts again. */
export function AskAgain(): ReactElement {
  const t = useWords();
  const { session } = useSession();
  const [title] = useState(() => t(session ? "signIn.locked" : "signIn.ended"));
  useEffect(() => say(title, { atOnce: true }), [title]);
  return (
    <Dialog
      className="veil-whole"
      title={
        <>
          <Icon sign="notice" /> {title}
        </>
      }
    >
      <p>{t("signIn.endedWhy")}</p>
      <Steps />
    </Dialog>
  );
}

/** One form after another, for as long as the session lacks something. */
function Steps(): ReactElement {
  const t = useWords();
  const refused = useRefused();
  const { session } = useSession();
  const place = useRef<HTMLDivElement>(null);
  const step = session ? (session.due ?? "unlock") : "signIn";
  useEffect(() => {
    const inputs = [...(place.current?.querySelectorAll("input") ?? [])];
    const empty = inputs.find(({ value }) => !value) ?? place.current?.querySelector("button");
    if (step) empty?.focus();
  }, [step]);
  const Step = {
    signIn: SignInForm,
    unlock: UnlockForm,
    passkey: PasskeyForm,
    new_password: NewPassword,
    enrolment: Enrolment,
  }[step];
  return (
    <div ref={place}>
      <div role="alert">
        {refused && (
          <p className="trouble">
            <Icon sign="alert" /> {t("signIn.scanned")}
          </p>
        )}
      </div>
      <Step />
    </div>
  );
}

function SignInForm(): ReactElement {
  const t = useWords();
  const { before } = useSession();
  const { provider } = waysIn();
  return (
    <Deed
      action={t("signIn.do")}
      look="primary wide"
      deed={(form) => signIn(given(form, "username"), String(form.get("password")))}
      others={provider && <ProviderLink to={provider} />}
    >
      <Field
        id="username"
        name="username"
        label={t("signIn.username")}
        defaultValue={before?.username}
        autoComplete="username"
        autoCapitalize="none"
        maxLength={64}
        dir="ltr"
        required
      />
      <Secret id="password" label={t("signIn.password")} />
    </Deed>
  );
}

function UnlockForm(): ReactElement {
  const t = useWords();
  const actor = useSession().session?.actor;
  const { provider, passkeys } = waysIn();
  return (
    <Deed
      action={t("signIn.unlock")}
      look="primary wide"
      deed={(form) => unlock(String(form.get("password")))}
      others={
        <>
          {actor && actor.passkeys > 0 && passkeys && <PasskeyButton />}
          {actor?.provided && provider && <ProviderLink to={provider} />}
          <LeaveButton />
        </>
      }
    >
      <p>
        <bdi>{actor?.display_name || actor?.username}</bdi>
      </p>
      <Secret id="password" label={t("signIn.password")} />
    </Deed>
  );
}

function PasskeyForm(): ReactElement {
  const t = useWords();
  return (
    <Deed action={t("signIn.passkey")} look="primary wide" deed={presentPasskey} others={<LeaveButton />}>
      <p>{t("signIn.passkeyWhy")}</p>
    </Deed>
  );
}

function NewPassword(): ReactElement {
  return (
    <ReplacePassword others={<LeaveButton />}>
      <p>{useWords()("signIn.newPasswordWhy")}</p>
    </ReplacePassword>
  );
}

/** A form for another password; `done` once it is set. */
export function ReplacePassword({
  children,
  others,
  done,
}: {
  children?: ReactNode;
  others?: ReactNode;
  done?: () => void;
}): ReactElement {
  const t = useWords();
  const replace = async (form: FormData) => {
    await replacePassword(String(form.get("old-password")), String(form.get("new-password")));
    done?.();
  };
  return (
    <Deed action={t("signIn.replace")} look="primary wide" deed={replace} others={others}>
      {children}
      <Secret id="old-password" label={t("signIn.oldPassword")} />
      <Secret id="new-password" label={t("signIn.newPassword")} fresh />
    </Deed>
  );
}

function Enrolment(): ReactElement {
  const t = useWords();
  return (
    <Deed
      action={t("passkey.register")}
      look="primary wide"
      deed={(form) => enrol(given(form, "passkey-name"))}
      others={<LeaveButton />}
    >
      <p>{t("signIn.enrolmentWhy")}</p>
      <PasskeyName />
    </Deed>
  );
}

/** The field for the name of a new passkey. */
export function PasskeyName(): ReactElement {
  const t = useWords();
  return <Field id="passkey-name" name="passkey-name" label={t("passkey.name")} maxLength={60} dir="auto" required />;
}

function Secret({ id, label, fresh }: { id: string; label: string; fresh?: boolean }): ReactElement {
  return (
    <Field
      id={id}
      name={id}
      label={label}
      type="password"
      autoComplete={fresh ? "new-password" : "current-password"}
      maxLength={256}
      dir="ltr"
      required
    />
  );
}

function ProviderLink({ to }: { to: string }): ReactElement {
  return (
    <a className="button wide" href={to}>
      {useWords()("signIn.provider")}
    </a>
  );
}

function PasskeyButton(): ReactElement {
  const t = useWords();
  const [problem, setProblem] = useState<Problem | null>(null);
  const show = () =>
    presentPasskey().catch((refusal) => {
      if (!(refusal instanceof Problem)) throw refusal;
      setProblem(refusal);
    });
  return (
    <>
      {problem && <ProblemBox problem={problem} />}
      <Button look="wide" onPress={show}>
        {t("signIn.passkey")}
      </Button>
    </>
  );
}

function LeaveButton(): ReactElement {
  return (
    <Button look="plain wide" onPress={() => signOut().catch(forget)}>
      {useWords()("signIn.another")}
    </Button>
  );
}
