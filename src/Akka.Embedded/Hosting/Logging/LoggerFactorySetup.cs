using Akka.Actor.Setup;
using Microsoft.Extensions.Logging;

namespace Akka.Hosting.Logging;

/// <summary>Gives a system the logger factory that <see cref="LoggerFactoryLogger"/> writes to.</summary>
public class LoggerFactorySetup(ILoggerFactory loggerFactory) : Setup
{
    /// <summary>The factory.</summary>
    public ILoggerFactory LoggerFactory { get; } = loggerFactory;
}
