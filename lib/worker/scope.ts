/**
 * The part of a service worker's global scope that ours uses; the page's types do not know it.
 *
 * @module
 */

/** Work that a worker is kept alive for. */
export interface WaitingEvent {
  waitUntil(done: Promise<unknown>): void;
}

/** A window of ours. */
export interface WorkerWindow {
  url: string;
  navigate(url: string): Promise<WorkerWindow | null>;
  focus(): Promise<unknown>;
}

/** A subscription was ended or replaced by the browser or its service. */
export interface PushChangeEvent {
  oldSubscription?: PushSubscription | null;
  newSubscription?: PushSubscription | null;
}

interface WorkerEvents {
  install: WaitingEvent;
  activate: WaitingEvent;
  message: WaitingEvent & { data: unknown };
  sync: WaitingEvent & { tag: string };
  push: WaitingEvent & { data: { text(): string } | null };
  notificationclick: WaitingEvent & {
    action: string;
    notification: { data: unknown; close(): void };
  };
  pushsubscriptionchange: WaitingEvent & PushChangeEvent;
}

/** See the module. */
export interface WorkerScope {
  registration: {
    scope: string;
    pushManager: PushManager;
    showNotification(title: string, options: object): Promise<void>;
  };
  navigator: {
    setAppBadge?(count: number): Promise<void>;
    clearAppBadge?(): Promise<void>;
  };
  clients: {
    matchAll(options: { type: "window"; includeUncontrolled: boolean }): Promise<WorkerWindow[]>;
    openWindow(url: string): Promise<unknown>;
  };
  skipWaiting(): Promise<void>;
  addEventListener<Type extends keyof WorkerEvents>(
    type: Type,
    listener: (event: WorkerEvents[Type]) => void,
  ): void;
}
