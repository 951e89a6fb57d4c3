# What R's forecast package says of the histories it is given: Rscript peers.R HISTORIES.csv ANSWERS.csv STEPS...
#   HISTORIES.csv: no header; a row is a key and its history, oldest first. No value is missing.
#   ANSWERS.csv:   header method,key,steps,q10,q50,q90,q95,q99,cpu_s; a row for each method, key and STEPS. cpu_s is what fitting
#                  and forecasting took for the key, all steps together. A method that fails on a key answers NA.
# Models as one would leave them to themselves: no season, since a day is 288 steps; ets chooses errors and trend (ZZN).
suppressPackageStartupMessages(library(forecast))

methods <- list(
  ets = function(y, h) forecast(ets(y, model = "ZZN"), h = h, level = c(80, 90, 98)),
  auto.arima = function(y, h)
    forecast(auto.arima(y, seasonal = FALSE, stepwise = TRUE, approximation = TRUE), h = h, level = c(80, 90, 98)),
  thetaf = function(y, h) thetaf(y, h = h, level = c(80, 90, 98)))

cpu_s <- function() sum(proc.time()[c("user.self", "sys.self")])

# A matrix of steps x (q10, q50, q90, q95, q99): the 80 % interval, and the upper ends of those of 90 and 98 %.
quantiles <- function(answer, steps)
  cbind(answer$lower[steps, 1], answer$mean[steps], answer$upper[steps, 1], answer$upper[steps, 2], answer$upper[steps, 3])

arguments <- commandArgs(trailingOnly = TRUE)
steps <- as.integer(arguments[-(1:2)])
histories <- strsplit(readLines(arguments[1]), ",", fixed = TRUE)
out <- file(arguments[2], "w")
writeLines("method,key,steps,q10,q50,q90,q95,q99,cpu_s", out)
for (method in names(methods)) {
  try(methods[[method]](ts(sin(1:100)), 1), silent = TRUE)  # the first call compiles, which is not the method's cost
  for (history in histories) {
    y <- ts(as.numeric(history[-1]))
    started <- cpu_s()
    answer <- tryCatch(suppressWarnings(quantiles(methods[[method]](y, max(steps)), steps)),
                       error = function(e) matrix(NA_real_, length(steps), 5))
    spent <- cpu_s() - started
    for (i in seq_along(steps))
      writeLines(paste(c(method, history[1], steps[i], signif(answer[i, ], 9), signif(spent, 6)),
                       collapse = ","), out)
  }
}
close(out)
