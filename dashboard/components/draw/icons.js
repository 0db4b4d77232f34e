// Line drawings for buttons, in a box of 24.

export const ICONS = {
  pick: "M6 3l12 9-5.5 1L16 20l-3 1.2-3-7L6 18z",
  lasso: "M12 5c5 0 8 2 8 4.800S17 15 12 15 4 12.6 4 9.8 7 5 12 5zM8 14.500c-2.5.500-2.5 4 0 4 2 0 2-2 1-3.5",
  polygon: "M5 8l8-4 7 7-4 9-10-2z",
  box: "M5 6h14v12H5z",
  best: "M4 11l8-7 8 7M6 10v10h12V10M12 17.500l-2.2 1.2.400-2.5-1.8-1.7 2.5-.400z",
  clear: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  hole: "M4 6l9-3 7 7-3 10-11-2zM10 10h4v4h-4z",
  view: "M3 12c4-7 14-7 18 0-4 7-14 7-18 0zM12 9.500a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
};
