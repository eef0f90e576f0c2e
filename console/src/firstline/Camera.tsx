import { type ReactElement, type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { Button } from "../parts/form";
import { Icon } from "../parts/Icon";
import { useWords } from "../words";
import { findZone, type Grey, Steady } from "./outline";
import { Shots } from "./shots";

const LOOK_EVERY = 90; // ms between looks at the picture
const LOOKED_AT = 480; // pixels across of the picture that is looked at
const WANTED: MediaStreamConstraints = {
  video: { width: { ideal: 1920 }, height: { ideal: 1080 }, facingMode: { ideal: "environment" } },
};

interface Props {
  /** Gets the frames that were taken of a document, the sharpest first. */
  take: (images: Blob[]) => void;
  /** Whether a document may be taken now; the picture goes on meanwhile. */
  ready: boolean;
  /** Whether the last frame showed nothing readable: then the same document is tried again. */
  failed: boolean;
  stop: () => void;
}

type Trouble = "camera.refused" | "camera.none" | "camera.pulled";

/** The camera's picture, with the zone outlined where one is seen; it is taken by itself once it stands still. */
export function Camera({ take, ready, failed, stop }: Props): ReactElement {
  const t = useWords();
  const video = useRef<HTMLVideoElement>(null);
  const { trouble, start } = useStream(video);
  const zone = useZone(video, ready && !trouble, failed, take);
  if (trouble)
    return (
      <div className="camera">
        <p className="notice-line" role="alert">
          <Icon sign="camera" />
          {t(trouble)}
        </p>
        <div className="row">
          <Button onPress={start}>{t("problem.again")}</Button>
          <Button look="plain" onPress={stop}>
            {t("camera.stop")}
          </Button>
        </div>
      </div>
    );
  return (
    <div className="camera">
      <div className="finder">
        <video ref={video} muted playsInline aria-label={t("camera.picture")} />
        {zone && <Outline zone={zone} />}
      </div>
      <div className="row">
        <span className="quiet" role="status">
          {t(zone ? "camera.hold" : "camera.show")}
        </span>
        <span className="spring" />
        <Button look="plain" onPress={stop}>
          {t("camera.stop")}
        </Button>
      </div>
    </div>
  );
}

interface Zone {
  corners: [number, number][];
  width: number;
  height: number;
}

function Outline({ zone: { corners, width, height } }: { zone: Zone }): ReactElement {
  return (
    <svg className="outline" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <polygon points={corners.map((corner) => corner.join(",")).join(" ")} />
    </svg>
  );
}

/** The camera's stream in the video; told when it is refused, missing or pulled out, and taken up when it is back. */
function useStream(video: RefObject<HTMLVideoElement | null>): { trouble: Trouble | null; start: () => void } {
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [tries, setTries] = useState(0);
  const start = useCallback(() => setTries((before) => before + 1), []);
  useEffect(() => {
    let stream: MediaStream | null = null;
    let left = false;
    setTrouble(null);
    const show = async () => {
      try {
        stream = await navigator.mediaDevices.getUserMedia(WANTED);
      } catch (error) {
        setTrouble(
          error instanceof DOMException && error.name === "NotAllowedError" ? "camera.refused" : "camera.none",
        );
        return;
      }
      if (left) return end(stream);
      stream.getVideoTracks()[0]?.addEventListener("ended", () => setTrouble("camera.pulled"));
      if (!video.current) return;
      video.current.srcObject = stream;
      await video.current.play().catch(() => undefined); // left before it began
    };
    if (tries >= 0) show();
    return () => {
      left = true;
      if (stream) end(stream);
    };
  }, [tries, video]);
  useEffect(() => {
    if (!trouble) return;
    navigator.mediaDevices?.addEventListener("devicechange", start);
    return () => navigator.mediaDevices?.removeEventListener("devicechange", start);
  }, [trouble, start]);
  return { trouble, start };
}

function end(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** Looks at the picture again and again: gives the zone seen last, and takes frames of it when it stands still. */
function useZone(
  video: RefObject<HTMLVideoElement | null>,
  ready: boolean,
  failed: boolean,
  take: (images: Blob[]) => void,
): Zone | null {
  const [zone, setZone] = useState<Zone | null>(null);
  const steady = useRef(new Steady());
  const taker = useRef(take);
  taker.current = take;
  useEffect(() => {
    if (failed) steady.current.again();
  }, [failed]);
  useEffect(() => {
    if (!ready) return;
    const shots = new Shots();
    const look = async () => {
      const picture = video.current && greyOf(video.current);
      if (!(picture && video.current)) return;
      const found = findZone(picture);
      setZone(found && { corners: found.corners, width: picture.width, height: picture.height });
      const taken = steady.current.sees(found);
      if (steady.current.still === 0) shots.drop();
      if (found) await shots.add(video.current, found.sharpness);
      if (taken) taker.current(await shots.take());
    };
    const timer = setInterval(look, LOOK_EVERY);
    return () => {
      clearInterval(timer);
      shots.drop();
    };
  }, [ready, video]);
  return zone;
}

function drawn(video: HTMLVideoElement, width: number): CanvasRenderingContext2D | null {
  if (!video.videoWidth) return null;
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = Math.round((video.videoHeight / video.videoWidth) * width);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return context;
}

function greyOf(video: HTMLVideoElement): Grey | null {
  const context = drawn(video, LOOKED_AT);
  if (!context) return null;
  const { width, height } = context.canvas;
  const { data } = context.getImageData(0, 0, width, height);
  const pixels = new Uint8Array(width * height);
  for (let at = 0; at < pixels.length; at++) pixels[at] = data[at * 4 + 1] ?? 0; // green is nearest to brightness
  return { width, height, pixels };
}
