import type { ReactElement, ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useWords } from "../words";
import { Button } from "./form";
import { Icon } from "./Icon";

interface Props {
  title: ReactNode;
  children: ReactNode;
  /** Called when the officer leaves it, by Escape or the button; without it, it cannot be left. */
  close?: (() => void) | undefined;
  wide?: boolean;
  className?: string;
}

/** A dialog over the page, open as long as it is drawn. */
export function Dialog({ title, children, close, wide, className = "" }: Props): ReactElement {
  const t = useWords();
  return (
    <ModalOverlay
      className={`veil ${className}`}
      isOpen
      isDismissable={false}
      isKeyboardDismissDisabled={!close}
      onOpenChange={(open) => open || close?.()}
    >
      <Modal className={wide ? "dialog dialog-wide" : "dialog"}>
        <AriaDialog role={close ? "dialog" : "alertdialog"}>
          <div className="page-head">
            <Heading slot="title" level={2}>
              {title}
            </Heading>
            {close && (
              <Button look="plain" onPress={close}>
                <Icon sign="cross" />
                {t("page.close")}
              </Button>
            )}
          </div>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
