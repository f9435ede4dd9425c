Console.Error.WriteLine("usage: rcmgr <command>");
return 2;
