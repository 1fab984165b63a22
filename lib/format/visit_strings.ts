/**
 * The texts about visits: what is counted, how it stands, and how not to be counted.
 *
 * @module
 */

/** One thing, or several of them. */
const many = (count: string, one: string) => `${count} ${one}${count === "1" ? "" : "s"}`;
const inDays = (one: string) => (sample: string, days: string) =>
  `${many(sample, one)} in ${many(days, "day")}`;

/** English texts. */
export const visitStrings = {
  nav: "Visits",
  heading: "Visits",
  intro: "How many people use the product, for how long, and whether it holds and helps.",
  notMeasured: "not yet measured",
  off: "Counting is switched off. The figures are those of before.",
  onlyAdmins: "The figures are shown to administrators.",
  signIn: "Sign in",
  figures: "Figures and goals",
  figureNames: {
    installs: "Installs in the first month",
    dailyUsers: "Daily users",
    visits: "Visits",
    visitSeconds: "Average visit",
    signalViews: "Signal views",
    pushOpenShare: "Push messages opened",
    crashFreeShare: "Visits without a crash",
    satisfiedShare: "Satisfied",
  },
  least: (value: string) => `goal: at least ${value}`,
  above: (value: string) => `goal: above ${value}`,
  met: "reached",
  missed: "missed",
  notDue: "not due yet",
  rests: {
    installs: (_sample: string, days: string) => `${days} of the first 30 days`,
    dailyUsers: (_sample: string, days: string) => `mean of ${many(days, "full day")}`,
    visits: (_sample: string, days: string) => `in ${many(days, "day")}`,
    visitSeconds: inDays("visit"),
    signalViews: inDays("visit"),
    pushOpenShare: (sample: string, days: string) =>
      `${many(sample, "message")} shown in ${many(days, "day")}`,
    crashFreeShare: inDays("visit"),
    satisfiedShare: inDays("answer"),
  },
  days: "Days",
  caption: "Counts of each day (UTC)",
  period: "Period",
  periods: [[7, "7 days"], [30, "30 days"], [90, "90 days"], [366, "a year"]] as const,
  none: "Nothing was counted yet.",
  columns: {
    day: "Day",
    activeBrowsers: "Users",
    visits: "Visits",
    average: "Average visit",
    signalViews: "Signal views",
    installs: "Installs",
    pushShown: "Push shown",
    pushOpened: "Push opened",
    crashedVisits: "Crashed visits",
    feedbackYes: "It helps",
    feedbackNo: "It does not",
  },
  counted: "What is counted, and what is not",
  countedTexts: [
    "Your browser adds up a few numbers: that a visit began, for how many seconds a page was to be seen, how many signals were opened, whether something failed, whether the app was installed, which push messages were shown and opened, and what you answer below. When you leave a page it sends the numbers, without cookies; here they are added to the sums of the day. So a sum is all that is kept.",
    "Not kept, and not sent: who you are, your address, which pages you look at, which symbols, what your browser or device is. There is no cookie, no number that stands for you, no fingerprint, and nobody else is told. A browser knows by a date that it keeps itself that it was counted today.",
    "A browser that asks for privacy (Global Privacy Control or Do Not Track) counts and sends nothing.",
  ],
  choice: "Count my visits",
  choiceHint:
    "For this browser. Switched off, it counts and sends nothing, and forgets what it had.",
  choicePrivacy: "Your browser asks for privacy, so that nothing is counted.",
  choiceOff: "Counting is switched off for everybody.",
  feedback: "Does this help you?",
  yes: "Yes",
  no: "No",
  thanks: "Thank you. It is counted without your name.",
} as const;
